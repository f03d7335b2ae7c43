@echo off
rem The one entry on Windows. UNTESTED: it has not run on a Windows machine yet; the tested launcher is ./zaohua.
rem Looks at ZAOHUA_JAVA_HOME, JAVA_HOME and the usual folders for a JDK 25 or newer; builds once (delete .zaohua\run to build again).
setlocal enabledelayedexpansion
set "ROOT=%~dp0"
set "JDK="
for %%H in ("%ZAOHUA_JAVA_HOME%" "%JAVA_HOME%") do call :try "%%~H"
for /d %%H in ("%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\jdk*" "%ProgramFiles%\Zulu\*" "%USERPROFILE%\.jdks\*") do call :try "%%~H"
if not defined JDK (
  echo Zaohua needs a JDK 25 or newer and found none: install one ^(for example Eclipse Temurin 25^) or set JAVA_HOME to it. 1>&2
  exit /b 1
)
set "JAVA_HOME=%JDK%"
if "%~1"=="test" (
  shift
  if "%~2"=="--all" (call mvn -B -ntp -Pall -f "%ROOT%pom.xml" verify) else (call mvn -B -ntp -f "%ROOT%pom.xml" verify)
  exit /b !errorlevel!
)
if not exist "%ROOT%.zaohua\run" (
  where mvn >nul 2>nul || (
    echo Building Zaohua needs Apache Maven 3.8 or newer, and there is no mvn on the PATH. 1>&2
    exit /b 1
  )
  echo Building Zaohua ... 1>&2
  if not exist "%ROOT%.zaohua" mkdir "%ROOT%.zaohua"
  call mvn -B -ntp -f "%ROOT%pom.xml" -pl model,engine,tensor,learn,app package -DskipTests -DwithoutNatives dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=%ROOT%app\target\lib" > "%ROOT%.zaohua\build.log" 2>&1
  if errorlevel 1 (
    type "%ROOT%.zaohua\build.log" 1>&2
    exit /b 1
  )
  mkdir "%ROOT%.zaohua\run"
  copy /y "%ROOT%app\target\lib\*.jar" "%ROOT%.zaohua\run" >nul
  for %%M in (model engine tensor learn app) do copy /y "%ROOT%%%M\target\zaohua-%%M-*.jar" "%ROOT%.zaohua\run" >nul
)
"%JDK%\bin\java" -XX:+UseSerialGC -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED %ZAOHUA_JAVA_OPTS% -cp "%ROOT%.zaohua\run\*" io.zaohua.app.Main %*
exit /b %errorlevel%

:try
if defined JDK exit /b 0
if "%~1"=="" exit /b 0
if not exist "%~1\release" exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
for /f "tokens=2 delims==" %%V in ('findstr /b "JAVA_VERSION=" "%~1\release"') do (
  for /f "tokens=1 delims=.-+" %%N in ("%%~V") do if %%N GEQ 25 set "JDK=%~1"
)
exit /b 0
